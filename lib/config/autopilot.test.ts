import { expect, test } from 'vitest'
import { ConfigError } from './error.ts'
import { parseConfig } from './parse.ts'

const SCHEMAS = { targets: {}, documents: [], notifiers: {}, rules: {}, unattended: ['pool-weights', 'cache-memory'] }
const read = (text: string) => parseConfig(text, {}, SCHEMAS, { file: '/etc/evenkeel.yaml', readFile: () => '' }).autopilot
const refusal = (text: string): string => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
  }
  throw new Error('it was accepted')
}

test('a policy has the defaults that a licence takes', () => {
  expect(read('')).toEqual([])
  expect(read('autopilot: [{ advisor: pool-weights }]')).toEqual([
    {
      id: 'pool-weights',
      advisor: 'pool-weights',
      where: {},
      max: { perHour: 4, trafficShare: null },
      hours: [],
      licence: { judged: 20, inside: 0.9, withoutRegression: 10 },
    },
  ])
})

test('its id is made of the remedy and the labels, in whatever order they stand', () => {
  const text = (where: string) =>
    `autopilot: [{ advisor: pool-weights, where: { ${where} }, max: { perHour: 1, trafficShare: 0.1 }, hours: [{ from: "09:00", to: "16:00" }] }]`
  const [one] = read(text('team: shop, env: live'))
  expect(one).toMatchObject({ id: 'pool-weights,env=live,team=shop', max: { perHour: 1, trafficShare: 0.1 }, hours: [{ from: 540, to: 960, zone: 'UTC' }] }) // biome-ignore format: one line
  expect(read(text('env: live, team: shop'))[0]!.id).toBe(one!.id)
})

test('a remedy that is not fit, and the same policy twice, are refused', () => {
  expect(refusal('autopilot: [{ advisor: ring-points }]')).toMatch(/autopilot\[0\].advisor.*ring-points.*pool-weights, cache-memory/s)
  expect(refusal('autopilot: [{ advisor: pool-weights }, { advisor: pool-weights }]')).toMatch(
    /the same remedy and labels as autopilot\[0\]/,
  )
  expect(refusal('autopilot: [{ advisor: pool-weights, licence: { judged: 1 } }]')).toMatch(/autopilot\[0\].licence.judged/)
})
