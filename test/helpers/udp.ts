import { createSocket } from 'node:dgram'

/** Sends a datagram to a port of this machine and gives the answer; asks again every second, as Kerberos clients do. */
export function askUdp(port: number, request: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const send = () => socket.send(request, port, '127.0.0.1')
    const again = setInterval(send, 1000)
    const done = (act: () => void) => {
      clearInterval(again)
      socket.close()
      act()
    }
    socket.once('error', error => done(() => reject(error)))
    socket.once('message', reply => done(() => resolve(new Uint8Array(reply))))
    send()
  })
}
