// node code-cache.cjs PROGRAM ARGS...: runs a built program and writes its V8 code cache beside it when it ends.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { cachePath, compile } = require('../bin/launch.cjs')

const [name, ...args] = process.argv.slice(2)
const path = join(__dirname, '..', 'dist', `${name}.cjs`)
const source = readFileSync(path, 'latin1')
const script = compile(source, path)
process.argv = [process.execPath, join(__dirname, '..', 'bin', name), ...args]
process.on('exit', () => writeFileSync(cachePath(source, path), script.createCachedData()))
script.runInThisContext()({}, require, { exports: {} }, path, join(__dirname, '..', 'dist'))
