import { expect, test } from 'vitest'
import { schemas } from '../server/schemas.ts'
import { ConfigError } from './error.ts'
import { parseConfig } from './parse.ts'

const read = (text: string) => parseConfig(text, {}, schemas(), { file: '/etc/evenkeel/evenkeel.yaml', readFile: () => '' }).rules

const RULE = 'cache/hit-ratio-drop'

test("the fleet's false alarms are shared by the rules that hold a rate; a rule's own rate stays", () => {
  expect(read('listen: 127.0.0.1:3000')).toEqual({})
  expect(read('detection: { falseAlarms: 1/d }')).toEqual({ [RULE]: { enabled: true, settings: expect.objectContaining({ drop: 0.03 }) } })
  expect(read('detection: { falseAlarms: 1/d }')[RULE]!.settings.falseAlarms).toBeCloseTo(1 / 24)
  const both = read(`detection: { falseAlarms: 1/d }\nrules: { ${RULE}: { falseAlarms: 2/h, drop: 0.1 } }`)
  expect(both[RULE]).toMatchObject({ settings: { falseAlarms: 2, drop: 0.1 } })
  const off = read(`detection: { falseAlarms: 0.5/h }\nrules: { ${RULE}: { enabled: false, drop: 0.1 } }`)
  expect(off[RULE]).toMatchObject({ enabled: false, settings: { falseAlarms: 0.5, drop: 0.1 } })
})

test('a bare number counts those an hour', () => {
  expect(read('detection: { falseAlarms: 0.25 }')[RULE]).toMatchObject({ settings: { falseAlarms: 0.25 } })
})

test.each(['0/h', '61/h', 'often', '0.1/', '1/y', '-1/h'])('%s is no rate', (rate) => {
  for (const text of [
    `detection: { falseAlarms: ${JSON.stringify(rate)} }`,
    `rules: { ${RULE}: { falseAlarms: ${JSON.stringify(rate)} } }`,
  ])
    expect(() => read(text)).toThrow(ConfigError)
})
