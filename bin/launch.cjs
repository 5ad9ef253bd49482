// Starts a built program: its bundle from dist/, with the code cache that the build made for this V8, when it made one.
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')
const { dirname } = require('node:path')

exports.launch = name => {
  const path = `${dirname(__dirname)}/dist/${name}.cjs`
  let source
  try {
    source = readFileSync(path, 'latin1')
  } catch {
    process.stderr.write(`${name}: not built yet: run "npm run build" in ${dirname(__dirname)}\n`)
    process.exit(1)
  }
  let cachedData
  try {
    cachedData = readFileSync(exports.cachePath(source, path))
  } catch {
    cachedData = undefined
  }
  const module = { exports: {} }
  exports.compile(source, path, cachedData).runInThisContext()(module.exports, require, module, path, dirname(path))
}

/** A cache fits one bundle (the hash in its first line) and one V8; any other is left alone. */
exports.cachePath = (source, path) => `${path.slice(0, -4)}.${source.slice(2, 18)}.v8-${process.versions.v8}.cache`

exports.compile = (source, filename, cachedData) =>
  new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, { filename, cachedData })
