import type { Files } from '../../src/core/env.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'

/** Files that are only read, from a record of paths and contents; folders come of their files. `undefined` content may not be read. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array | undefined>>): Pick<Files, 'read' | 'stat' | 'list'> {
  const folders = new Set(Object.keys(contents).flatMap(path => parents(path)))
  return {
    read: async path => {
      if (!Object.hasOwn(contents, path)) throw new KrbError('ENOENT', { path })
      const content = contents[path]
      if (content === undefined) throw new KrbError('EACCES', { path })
      return typeof content === 'string' ? new Uint8Array(Buffer.from(content, 'utf8')) : content
    },
    stat: async path => {
      const kind = Object.hasOwn(contents, path) ? 'file' : folders.has(path) ? 'folder' : undefined
      return kind === undefined ? undefined : { kind, mode: 0o644, uid: 0, size: contents[path]?.length ?? 0 }
    },
    list: async folder => {
      if (!folders.has(folder)) throw new KrbError('ENOENT', { path: folder })
      const inside = [...Object.keys(contents), ...folders].filter(path => path.startsWith(`${folder}/`))
      return [...new Set(inside.map(path => path.slice(folder.length + 1).split('/')[0]!))].reverse()
    },
  }
}

function parents(path: string): string[] {
  const pieces = path.split('/').slice(0, -1)
  return pieces.map((_, i) => pieces.slice(0, i + 1).join('/')).filter(folder => folder !== '')
}
