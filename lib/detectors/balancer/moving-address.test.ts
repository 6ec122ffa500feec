import { expect, test } from 'vitest'
import { judge, load } from '../../../test/series.ts'
import { movingAddresses } from '../../metrics/vrrp.ts'
import type { TargetFacts } from '../../model/topology.ts'
import { movingAddress } from './moving-address.ts'

const STATE = { init: 0, backup: 1, master: 2, fault: 3 }
const target = (name: string, state: TargetFacts['state'] = 'up'): TargetFacts => ({
  name,
  kind: 'scrape',
  host: `10.0.0.${name.at(-1)}`,
  state,
  capabilities: [],
})
const seriesOf = (states: Record<string, keyof typeof STATE>, { address = '10.0.0.100', vrid = '51' } = {}) =>
  Object.fromEntries(
    Object.entries(states).map(([name, state]) => [
      `vrrp_state{target=${name},vrrp=VI_1,vrid=${vrid},address=${address}}`,
      `${STATE[state]}x60`,
    ]),
  )
const said = (states: Record<string, keyof typeof STATE>, down: string[] = []) =>
  judge(movingAddress, load(1_000, seriesOf(states)), {
    targets: Object.keys(states).map((name) => target(name, down.includes(name) ? 'down' : 'up')),
  })

test('a master with a backup is clear', () =>
  expect(said({ v1: 'master', v2: 'backup' })).toEqual([{ subject: { target: 'v1' }, is: 'clear' }]))
test.each([
  [{ v1: 'master', v2: 'master' }, 'critical', 'v1 and v2 both hold 10.0.0.100: each answers for it'],
  [{ v1: 'backup', v2: 'backup' }, 'critical', 'Nobody holds 10.0.0.100: v1 and v2 wait'],
  [{ v1: 'fault', v2: 'fault' }, 'critical', 'Nobody holds 10.0.0.100: all of its machines are in fault'],
  [{ v1: 'fault', v2: 'master' }, 'warning', '10.0.0.100 stays at v2 if that dies: VRRP is in fault at v1'],
] as const)('%j is found: %s, %s', (states, severity, summary) =>
  expect(said(states)).toMatchObject([{ is: 'found', severity, summary, evidence: [{ metric: 'vrrp_state', unit: 'count' }] }]),
)
test('an address is one address, whatever length of its network each machine’s configuration says', () => {
  const both = [seriesOf({ v1: 'master' }, { address: '10.0.0.100/24' }), seriesOf({ v2: 'backup' }, { address: '10.0.0.100/32' })]
  expect(judge(movingAddress, load(1_000, Object.assign({}, ...both)), { targets: [target('v1'), target('v2')] })).toMatchObject([{ is: 'clear' }]) // biome-ignore format: one line
})
test('what is not seen is no state: one machine alone, one that starts, one that does not answer', () => {
  expect(said({ v1: 'master' })).toMatchObject([{ is: 'unjudged', because: 'only one machine of 10.0.0.100 is watched: master there' }])
  expect(said({ v1: 'master', v2: 'init' })).toMatchObject([{ is: 'unjudged', because: 'v2 does not tell the state of 10.0.0.100' }])
  expect(said({ v1: 'backup', v2: 'master' }, ['v2'])).toMatchObject([{ is: 'unjudged' }])
  // Two masters are two, whatever a third one is.
  expect(said({ v1: 'master', v2: 'master', v3: 'init' })).toMatchObject([{ is: 'found', severity: 'critical' }])
})
test('of several addresses of one pair the worst is told; the same address of another virtual router is another one', () => {
  const window = load(1_000, {
    ...seriesOf({ v1: 'master', v2: 'backup' }),
    ...seriesOf({ v1: 'master', v2: 'fault' }, { address: '10.0.0.101', vrid: '52' }),
  })
  const targets = [target('v1'), target('v2')]
  expect(judge(movingAddress, window, { targets })).toMatchObject([{ subject: { target: 'v1' }, is: 'found', severity: 'warning' }])
  expect(movingAddresses(window, { targets }).map(({ address, members }) => [address, members.length])).toEqual([
    ['10.0.0.100', 2],
    ['10.0.0.101', 2],
  ])
})
