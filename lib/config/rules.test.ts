import { expect, test } from 'vitest'
import { detectors } from '../detectors/registry.ts'
import { schemas } from '../server/schemas.ts'
import { ConfigError } from './error.ts'
import { parseConfig } from './parse.ts'

const read = (text: string) => parseConfig(text, {}, schemas(), { file: '/etc/evenkeel/evenkeel.yaml', readFile: () => '' }).rules

const RULE = 'cache/hit-ratio-drop'
/** The rules that hold a rate of false alarms. */
const HOLDERS = detectors.filter((rule) => 'falseAlarms' in rule.settings.parse({}))
const sharesOf = (rules: ReturnType<typeof read>) => HOLDERS.map(({ id }) => rules[id]!.settings.falseAlarms as number)

test('by default all rules together may raise what the fleet may', () => {
  expect(HOLDERS.length).toBeGreaterThan(1)
  const rates = HOLDERS.map(({ settings }) => settings.parse({}).falseAlarms as number)
  expect(rates.reduce((sum, rate) => sum + rate)).toBeCloseTo(0.1)
})

test("the fleet's false alarms are shared by the rules that hold a rate; a rule's own rate stays", () => {
  expect(read('listen: 127.0.0.1:3000')).toEqual({})
  const daily = read('detection: { falseAlarms: 1/d }')
  expect(daily[RULE]).toEqual({ enabled: true, settings: expect.objectContaining({ drop: 0.03 }) })
  for (const share of sharesOf(daily)) expect(share).toBeCloseTo(1 / 24 / HOLDERS.length)
  const both = read(`detection: { falseAlarms: 1/d }\nrules: { ${RULE}: { falseAlarms: 2/h, drop: 0.1 } }`)
  expect(both[RULE]).toMatchObject({ settings: { falseAlarms: 2, drop: 0.1 } })
  const off = read(`detection: { falseAlarms: 0.5/h }\nrules: { ${RULE}: { enabled: false, drop: 0.1 } }`)
  expect(off[RULE]).toMatchObject({ enabled: false, settings: { falseAlarms: 0.5 / HOLDERS.length, drop: 0.1 } })
})

test('a bare number counts those an hour', () => {
  const all = sharesOf(read('detection: { falseAlarms: 0.25 }'))
  expect(all.reduce((sum, share) => sum + share)).toBeCloseTo(0.25)
})

test.each(['0/h', '61/h', 'often', '0.1/', '1/y', '-1/h'])('%s is no rate', (rate) => {
  for (const text of [
    `detection: { falseAlarms: ${JSON.stringify(rate)} }`,
    `rules: { ${RULE}: { falseAlarms: ${JSON.stringify(rate)} } }`,
  ])
    expect(() => read(text)).toThrow(ConfigError)
})
