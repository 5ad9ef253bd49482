// A registry mirror may lack packages for other platforms. npm then leaves them out of package-lock.json, and "npm ci" refuses the result.
// Run this after "npm install": it puts each missing optional package back, with the version that its owner names.
import { readFileSync, writeFileSync } from 'node:fs'

const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8'))

for (const [owner, entry] of Object.entries(lock.packages)) {
  if (owner === '') continue
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const at = `node_modules/${name}`
    if (lock.packages[at] !== undefined || !/^\d+\.\d+\.\d+/.test(version)) continue
    const { os, cpu } = platformOf(name)
    lock.packages[at] = { version, ...(cpu && { cpu: [cpu] }), ...(entry.dev && { dev: true }), optional: true, ...(os && { os: [os] }) }
    console.log(`added ${name}@${version}`)
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)

/** Such packages are named for where they run: `@scope/thing-OS-CPU[-libc]`. */
function platformOf(name) {
  const words = name.split(/[/-]/)
  return {
    os: words.find(word => ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openbsd', 'win32'].includes(word)),
    cpu: words.find(word => ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'].includes(word)),
  }
}
