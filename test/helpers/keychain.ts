import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Peer } from './peers.ts'
import { type Finished, type RunOptions, run, which } from './process.ts'

/** A session bus with gnome-keyring on it (Debian: dbus gnome-keyring libsecret-1-0), and keytar, which is optional. */
export function keychainTools(): Peer {
  const missing = ['dbus-run-session', 'dbus-send', 'gnome-keyring-daemon'].filter(name => which(name) === undefined)
  if (!existsSync(resolve(import.meta.dirname, '../../node_modules/keytar'))) missing.push('keytar')
  return { present: missing.length === 0, reason: `no keychain can be run here (${missing.join(', ')})` }
}

/** Somebody's session in a folder: each run has a bus and an unlocked keychain of its own, whose contents stay in the folder. */
export function inSession(folder: string, program: string, args: readonly string[], options: RunOptions = {}): Finished {
  const home = join(folder, 'home')
  mkdirSync(join(home, '.cache'), { recursive: true })
  const script = join(folder, 'session.sh')
  writeFileSync(script, SESSION)
  const done = run('dbus-run-session', ['--', 'sh', script, program, ...args], { ...options, env: { ...options.env, HOME: home } })
  // The bus has words of its own on standard error.
  return { ...done, stderr: readFileSync(join(home, 'errors'), 'utf8') }
}

/** The daemon would outlive its bus, so it stays in the foreground and is ended; the service has to be there before anybody asks. */
const SESSION = `
printf unlock | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
daemon=$!
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  case $(dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets) in
    *true*) break ;;
  esac
  sleep 0.1
done
"$@" 2>"$HOME/errors"
status=$?
kill "$daemon"
wait "$daemon"
exit $status
`
