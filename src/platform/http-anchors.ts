import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Env } from '../core/env.ts'

/**
 * The certificates, as PEM text, that may vouch for a KDC proxy: those that the realm's `http_anchors` name (`FILE:path`, `DIR:path`,
 * `ENV:variable` with one of these in it); without such relations those of the system, as OpenSSL finds them; undefined leaves it to
 * Node's own. Throws an Error with a sentence for people when a name leads nowhere: then nothing is trusted.
 */
export async function trustAnchors(names: readonly string[], vars: Env['vars']): Promise<readonly string[] | undefined> {
  if (names.length === 0) return systemAnchors(vars)
  const anchors: string[] = []
  for (const name of names) anchors.push(...(await named(name, vars)))
  return anchors
}

async function named(name: string, vars: Env['vars']): Promise<readonly string[]> {
  const [, kind, rest = ''] = /^(FILE|DIR|ENV):(.*)$/s.exec(name) ?? []
  switch (kind) {
    case 'FILE':
      return [await certificates(rest, `http_anchors = ${name}`)]
    case 'DIR':
      return folder(rest, `http_anchors = ${name}`)
    case 'ENV': {
      const value = vars[rest]
      if (value === undefined || value.startsWith('ENV:')) throw new Error(`http_anchors = ${name}: the variable names no certificates`)
      return named(value, vars)
    }
    default:
      throw new Error(`http_anchors = ${name}: FILE:, DIR: or ENV: expected`)
  }
}

async function certificates(path: string, what: string): Promise<string> {
  const text = await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${what}: cannot be read (${error.code ?? error.message})`)
  })
  if (!text.includes(PEM)) throw new Error(`${what}: no certificate in PEM form is there`)
  return text
}

/** Every visible file that has a certificate; there must be one. */
async function folder(path: string, what: string): Promise<readonly string[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${what}: cannot be read (${error.code ?? error.message})`)
  })
  const visible = names.filter(name => !name.startsWith('.'))
  const texts = await Promise.all(visible.map(name => readFile(join(path, name), 'latin1').catch(() => '')))
  const found = texts.filter(text => text.includes(PEM))
  if (found.length === 0) throw new Error(`${what}: no file there has a certificate in PEM form`)
  return found
}

async function systemAnchors(vars: Env['vars']): Promise<readonly string[] | undefined> {
  const paths = vars.SSL_CERT_FILE === undefined ? SYSTEM_FILES : [vars.SSL_CERT_FILE]
  for (const path of paths) {
    const text = await readFile(path, 'latin1').catch(() => undefined)
    if (text !== undefined) return [text]
  }
  return undefined
}

const PEM = '-----BEGIN CERTIFICATE-----'
/** Debian, Red Hat, SUSE, Alpine and the BSDs: one file with all that the system trusts. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]
