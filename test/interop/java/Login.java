import java.security.PrivilegedExceptionAction;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.MessageProp;
import org.ietf.jgss.Oid;

/**
 * Login PRINCIPAL PASSWORD|keytab:FILE SERVICE@HOST SERVICEPRINCIPAL SERVICEKEYTAB: logs in with Krb5LoginModule, gets a service ticket
 * by JGSS, lets a JGSS acceptor with the keytab take it, sends one sealed message, prints who was seen.
 */
public class Login {
  public static void main(String[] args) throws Exception {
    Subject client = login(args[0], args[1], true);
    Subject server = login(args[3], "keytab:" + args[4], false);
    Oid krb5 = new Oid("1.2.840.113554.1.2.2");
    GSSManager manager = GSSManager.getInstance();
    GSSContext initiator = as(client, () -> manager.createContext(manager.createName(args[2], GSSName.NT_HOSTBASED_SERVICE), krb5, null, 0));
    initiator.requestMutualAuth(true);
    GSSContext acceptor = as(server, () -> manager.createContext(manager.createCredential(null, 0, krb5, 2)));
    byte[] token = new byte[0];
    while (!initiator.isEstablished() || !acceptor.isEstablished()) {
      byte[] in = token;
      token = as(client, () -> initiator.initSecContext(in, 0, in.length));
      if (token != null) {
        byte[] out = token;
        token = as(server, () -> acceptor.acceptSecContext(out, 0, out.length));
      }
    }
    byte[] sealed = initiator.wrap("sealed".getBytes(), 0, 6, new MessageProp(0, true));
    String opened = new String(acceptor.unwrap(sealed, 0, sealed.length, new MessageProp(0, true)));
    System.out.println(acceptor.getSrcName() + " " + opened);
  }

  private static <T> T as(Subject subject, PrivilegedExceptionAction<T> action) throws Exception {
    return Subject.doAs(subject, action);
  }

  private static Subject login(String principal, String secret, boolean initiates) throws Exception {
    Map<String, String> options = new HashMap<>();
    options.put("principal", principal);
    options.put("isInitiator", String.valueOf(initiates));
    if (!initiates) options.put("storeKey", "true");
    if (secret.startsWith("keytab:")) {
      options.put("useKeyTab", "true");
      options.put("doNotPrompt", "true");
      options.put("keyTab", secret.substring("keytab:".length()));
      options.put("storeKey", "true");
    }
    Configuration configuration = new Configuration() {
      @Override
      public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
        return new AppConfigurationEntry[] {new AppConfigurationEntry(
            "com.sun.security.auth.module.Krb5LoginModule", AppConfigurationEntry.LoginModuleControlFlag.REQUIRED, options)};
      }
    };
    LoginContext context = new LoginContext("tkrb5", new Subject(), callbacks -> {
      for (Callback callback : callbacks) {
        if (callback instanceof NameCallback name) name.setName(principal);
        if (callback instanceof PasswordCallback password) password.setPassword(secret.toCharArray());
      }
    }, configuration);
    context.login();
    return context.getSubject();
  }
}
