/** Whether a realm lies below another one in the same hierarchy: MIT.EDU below EDU, /COM/HP below /COM. */
export function liesBelow(realm: string, above: string): boolean {
  if (above === '' || realm.length <= above.length + 1) return false
  if (above.startsWith('/') !== realm.startsWith('/')) return false
  return above.startsWith('/') ? realm.startsWith(`${above}/`) : realm.endsWith(`.${above}`)
}
