import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './mit-realm.ts'

/** A certification authority of a test and what it issues, made by the openssl program. Files in PEM form. */
export interface Authority {
  /** The authority's own certificate. */
  readonly certificate: string
  /** A server's certificate for names as OpenSSL writes them: `DNS:proxy.test,IP:127.0.0.1`. A negative life is over already. */
  issue(name: string, names: string, days?: number): CertificateFiles
}

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

export function makeAuthority(folder: string, name = 'ca'): Authority {
  const key = join(folder, `${name}.key`)
  const certificate = join(folder, `${name}.pem`)
  openssl(['req', '-x509', ...NEW_KEY, '-keyout', key, '-out', certificate, '-days', '2', '-subj', `/CN=${name} of a test`])
  return {
    certificate,
    issue(server, names, days = 2) {
      const files = { certificate: join(folder, `${server}.pem`), key: join(folder, `${server}.key`) }
      const request = join(folder, `${server}.csr`)
      const extensions = join(folder, `${server}.ext`)
      writeFileSync(extensions, `subjectAltName = ${names}\nextendedKeyUsage = serverAuth\n`)
      openssl(['req', ...NEW_KEY, '-keyout', files.key, '-out', request, '-subj', `/CN=${server}`])
      const by = ['-CA', certificate, '-CAkey', key, '-CAcreateserial', '-days', String(days), '-extfile', extensions]
      openssl(['x509', '-req', '-in', request, '-out', files.certificate, ...by])
      return files
    },
  }
}

function openssl(args: readonly string[]): void {
  must('openssl', args, {})
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
