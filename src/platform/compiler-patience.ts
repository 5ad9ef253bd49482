/**
 * V8 compiles what runs often into better code, in threads of its own. That pays after some thousand requests; for one thousand it costs
 * a third of all processor time and gives nothing back. Until the function that comes back is called, V8 waits longer.
 */
export function withPatientCompiler(): () => void {
  // Other versions of V8 count otherwise.
  if (!process.versions.v8.startsWith('11.')) return () => {}
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString(`--interrupt-budget=${PATIENT}`)
  return () => setFlagsFromString(`--interrupt-budget=${USUAL}`)
}

const PATIENT = 1_000_000
/** What this version of V8 starts with. */
const USUAL = 67_584
