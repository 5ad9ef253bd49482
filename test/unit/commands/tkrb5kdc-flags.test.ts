import { describe, expect, it } from 'vitest'
import { getopt } from '../../../src/commands/argv/getopt.ts'
import { FLAGS, leadingInteger, realmPlans } from '../../../src/commands/tkrb5kdc/flags.ts'

const plans = (...argv: string[]) => realmPlans(getopt(argv, FLAGS, { program: 'tkrb5kdc' }).settings)

describe('the options of tkrb5kdc', () => {
  it('count for the realms that follow them; a realm uses up its database', () => {
    expect(plans('-d', '/a', '-M', 'K/X', '-r', 'A', '-p', '750', '-x', 'mapsize=1', '-r', 'B', '-m')).toEqual([
      { ...NOTHING, realm: 'A', database: '/a', masterKeyName: 'K/X' },
      { ...NOTHING, realm: 'B', masterKeyName: 'K/X', ports: '750', databaseArguments: ['mapsize=1'] },
    ])
  })
  it('without -r are for the default realm, and a realm is served once', () => {
    expect(plans('-n', '-m', '-k', 'aes128-cts')).toEqual([{ ...NOTHING, askMasterKey: true, masterKeyType: 'aes128-cts' }])
    expect(plans('-r', 'A', '-r', 'A')).toHaveLength(1)
  })
  it('numbers are read as by C', () => {
    expect([' 12x', '-30', 'x', ''].map(leadingInteger)).toEqual([12, -30, 0, 0])
  })
})

const NOTHING = {
  realm: undefined,
  database: undefined,
  databaseArguments: [],
  masterKeyName: undefined,
  masterKeyType: undefined,
  askMasterKey: false,
  ports: undefined,
}
