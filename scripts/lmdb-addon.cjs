// Takes the place of node-gyp-build-optional-packages in our bundles, which asks the system for its C library with 20 ms of work: here the
// prebuilt files are tried in turn, the one made for this Node and glibc first. Elsewhere the original decides.
const { dirname } = require('node:path')

module.exports = () => {
  const folder = `@lmdb/lmdb-${process.platform}-${process.arch}`
  for (const build of [`node.abi${process.versions.modules}.glibc.node`, 'node.napi.glibc.node', 'node.napi.musl.node']) {
    try {
      return require(`${folder}/${build}`)
    } catch {
      // Not there, or made for another C library.
    }
  }
  return require('node-gyp-build-optional-packages')(dirname(dirname(require.resolve(PACKAGE))))
}

// Not where the bundler sees it: the package itself is in the bundle.
const PACKAGE = 'lmdb'
