import { describe, expect, it } from 'vitest'
import { HeldText } from './heldText.ts'

const LONG = 'used_memory:1048576\r\n'.repeat(200)

it.each([
  ['short', 'ab'],
  ['empty', ''],
  ['long', LONG],
  ['beyond Latin-1', `${LONG}€ und 💶`],
  ['a Latin-1 letter', `${LONG}ä`],
  ['half a character', `${LONG}\ud800`],
])('a text that is held is as it was: %s', (_what, text) => {
  expect(new HeldText(text).text).toBe(text)
  const one = new HeldText(LONG)
  one.set(text)
  expect(one.text).toBe(text)
  one.set(`${text}${LONG}`)
  expect(one.text).toBe(`${text}${LONG}`)
  one.set(text)
  expect(one.text).toBe(text)
})

/** An INFO as a server with this number would tell it. */
const infoOf = (n: number, more = '') =>
  [
    '# Server',
    'redis_version:7.4.1',
    ...Array.from({ length: 120 }, (_, i) => `field_${i}:${i % 9 === 0 ? n * (i + 1) : i}`),
    `${more}cmdstat_get:calls=${n},usec=${7 * n},usec_per_call=1.00,rejected_calls=0,failed_calls=0`,
    '# Keyspace',
    `db0:keys=${n},expires=3`,
    '',
  ].join('\r\n')

describe('texts of one kind', () => {
  it('are each as it was, whatever lines differ, come or go', () => {
    const [first, ...others] = Array.from({ length: 5 }, (_, n) => new HeldText(infoOf(n)))
    expect([first!, ...others].map((one) => one.text)).toEqual([0, 1, 2, 3, 4].map((n) => infoOf(n)))
    const texts = [
      infoOf(123_456_789),
      infoOf(7, 'new_line:1\r\nnoline\r\n'),
      infoOf(7).replace('field_3:3\r\n', '').replace('field_50:50\r\nfield_51:51\r\n', ''),
      infoOf(7).replace('field_9:', 'field_10:'),
      infoOf(8).split('\r\n').reverse().join('\r\n').replace(/^/, '# Server\r\n'),
      infoOf(9).replaceAll('\r', ''),
      infoOf(9).slice(0, -1),
      infoOf(9).slice(0, -40),
      `${infoOf(9)}x`,
      `${infoOf(9)}\n\n::\n`,
      `${infoOf(9)}ä`,
      'ab',
    ]
    for (const held of [first!, others[2]!])
      for (const text of [...texts, ...texts.toReversed()]) {
        held.set(text)
        expect(held.text).toBe(text)
      }
  })

  it('take a fraction of their length', () => {
    const all = Array.from({ length: 20 }, (_, n) => new HeldText(infoOf(n)))
    for (const [n, one] of all.entries()) one.set(infoOf(1_000 + n))
    for (const one of all) expect(one.byteLength).toBeLessThan(infoOf(0).length / 4)
    // Another kind, alone.
    expect(new HeldText(LONG.replaceAll('used', 'free')).byteLength).toBeGreaterThan(LONG.length)
  })

  it('that differ in most of it are kept as they are', () => {
    const mixed = (n: number) =>
      `# Mixed, of one kind as it seems at first\n${Array.from({ length: 200 }, (_, i) => `${(i * 7_919 + n) % 1_000}:${n}${i}\n`).join('')}`
    const all = Array.from({ length: 4 }, (_, n) => new HeldText(mixed(n)))
    expect(all.map((one) => one.text)).toEqual([0, 1, 2, 3].map(mixed))
    all[3]!.set(mixed(99))
    expect(all[3]!.text).toBe(mixed(99))
  })

  it('are found among any number that are alone', () => {
    const alone = () => {
      for (let n = 0; n < 500; n++) new HeldText(`id=${n} addr=10.0.0.${n} of one alone ${LONG}`)
    }
    alone()
    const [first, second] = [0, 1].map((n) => new HeldText(`# After many\r\n${infoOf(n)}`))
    alone()
    first!.set(`# After many\r\n${infoOf(7)}`)
    for (const held of [first!, second!]) expect(held.byteLength).toBeLessThan(infoOf(0).length / 4)
    expect(first!.text).toBe(`# After many\r\n${infoOf(7)}`)
  })

  it('are never so many kinds that their references grow without end', () => {
    const kind = (n: number) => `${String(n).padStart(40, '0')}${LONG}`
    for (let n = 0; n < 1_000; n++) for (let k = 0; k < 2; k++) expect(new HeldText(kind(n)).text).toBe(kind(n))
  })
})
