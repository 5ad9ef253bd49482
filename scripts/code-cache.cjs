// node code-cache.cjs PROGRAM ARGS...: runs a built program and writes its V8 code cache beside it when it ends.
const { chmodSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { cachePath, compile } = require('../bin/launch.cjs')

const [name, ...args] = process.argv.slice(2)
const path = join(__dirname, '..', 'dist', `${name}.cjs`)
const source = readFileSync(path, 'latin1')
const script = compile(source, path)
process.argv = [process.execPath, join(__dirname, '..', 'bin', name), ...args]
process.on('exit', () => {
  const cache = cachePath(source, path)
  writeFileSync(cache, script.createCachedData())
  // Servers and database programs set a umask of their own; the cache is as readable as the bundle.
  chmodSync(cache, 0o644)
})
script.runInThisContext()({}, require, { exports: {} }, path, join(__dirname, '..', 'dist'))
