"""An HTTP server that wants Negotiate (RFC 4559): http_negotiate.py SERVICE CACHE [PORT 0].

Says "PORT n" when it listens. The answer's body tells who came and what was handed on; a delegated credential is stored in CACHE.
"""
import base64
import http.server
import sys

import gssapi

service, cache = sys.argv[1:]
acceptor = gssapi.Credentials(name=gssapi.Name(service, gssapi.NameType.hostbased_service), usage="accept")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Negotiate":
            self.answer(401, "Negotiate", "who are you?\n")
            return
        context = gssapi.SecurityContext(creds=acceptor, usage="accept")
        try:
            reply = context.step(base64.b64decode(token))
        except gssapi.exceptions.GSSError as error:
            self.answer(401, "Negotiate", f"{error}\n")
            return
        handed_on = context.delegated_creds
        if handed_on is not None:
            handed_on.store(store={"ccache": cache}, usage="initiate", overwrite=True)
        lines = [str(context.initiator_name), f"delegated {handed_on.name if handed_on else 'nothing'}"]
        self.answer(200, "Negotiate " + base64.b64encode(reply or b"").decode(), "\n".join(lines) + "\n")

    def answer(self, status, challenge, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("PORT", server.server_port, flush=True)
server.serve_forever()
