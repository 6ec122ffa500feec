import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takenApart } from './info.ts'

/** As plain as can be: what the reader of many INFOs a second is held against. */
function plainly(text: string) {
  const rows = text.split('\n').map((line) => line.trim())
  const pairs = (value: string) =>
    Object.fromEntries(
      value
        .split(',')
        .flatMap((part) => (part.indexOf('=') > 0 ? [[part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]] : [])),
    )
  const told = rows.filter((row) => row !== '' && !row.startsWith('#'))
  const named = told
    .filter((row) => row.indexOf(':') > 0)
    .map((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1)] as const)
  return {
    unread: told.filter((row) => row.indexOf(':') <= 0),
    commands: named.filter(([name]) => name.startsWith('cmdstat_')).map(([name, value]) => [name.slice(8), pairs(value)] as const),
    fields: named.filter(([name]) => !/^(cmdstat_|errorstat_|db\d+$|slave\d+$|latency_percentiles_)/.test(name)),
  }
}

const FIXTURE = readFileSync(join(import.meta.dirname, 'fixtures/info-everything-7.0.15.txt'), 'utf8')
const ODD = [
  FIXTURE,
  FIXTURE.replaceAll('\r', ''),
  '\u00a0redis_version:7\u2003\r\n \t a:b:c \n:x\n#\n# Keyspace\nno colon\n\n  \nlast:1',
  'cmdstat_get:calls=1,usec=2,xcalls=9,calls=3\ncmdstat_set:=5,calls,usec==7,calls=4=5\ncmdstat_a:\ncmdstat_b:calls=',
  'a:1\nb:2\nlonger_name_than_before:3\n',
  'a:1\nlonger_name_than_before:4\nb:2\nbe:3',
  'é:1\n\ufeffa:2\n',
  '',
]

test.each(ODD.map((text) => [text.slice(0, 20), text]))('reads an INFO as it stands there: %j', (_, text) => {
  const plain = plainly(text)
  const info = takenApart(text)
  expect(info.unread).toEqual(plain.unread)
  const fields = Object.fromEntries([...info.fields.names()].map((name) => [name, info.fields.get(name)]))
  expect(fields).toEqual(Object.fromEntries(plain.fields))
  for (const [name, value] of Object.entries(fields))
    expect([name, info.fields.has(name), info.fields.digits(name)]).toEqual([name, true, /^\d{1,15}$/.test(value!) ? Number(value) : -1])
  expect([info.fields.has('nowhere'), info.fields.get('nowhere'), info.fields.digits('nowhere')]).toEqual([false, undefined, -1])
  expect([...info.commands.keys()]).toEqual([...new Map(plain.commands).keys()])
  for (const [name, fields] of new Map(plain.commands))
    for (const field of ['calls', 'usec', 'xcalls', 'usec_per_call', 'all'])
      expect([name, field, info.commands.get(name)!.get(field), info.commands.get(name)!.has(field)]).toEqual([
        name,
        field,
        fields[field],
        Object.hasOwn(fields, field),
      ])
})

test('one INFO after another, of servers that print other lines in other orders, reads as it does alone', () => {
  const lines = FIXTURE.split('\n')
  const texts = [
    FIXTURE,
    lines.toReversed().join('\n'),
    lines.filter((_, i) => i % 3 > 0).join('\n'),
    `${FIXTURE}\nused_memory:7 \n`,
    FIXTURE,
  ]
  for (const text of [...texts, ...texts]) {
    const info = takenApart(text)
    const plain = new Map(plainly(text).fields)
    expect(Object.fromEntries([...info.fields.names()].map((name) => [name, info.fields.get(name)]))).toEqual(Object.fromEntries(plain))
  }
})

test('names without an end are read, and cost no more than themselves', () => {
  const read = (from: number) => takenApart(Array.from({ length: 4_000 }, (_, i) => `forged_${from + i}:${i}`).join('\r\n')).fields
  for (let from = 0; from < 20_000; from += 4_000) {
    const fields = read(from)
    expect([fields.get(`forged_${from}`), fields.get(`forged_${from + 3_999}`), fields.has(`forged_${from - 1}`)]).toEqual([
      '0',
      '3999',
      false,
    ])
  }
  expect(takenApart(FIXTURE).fields.get('redis_version')).toBe('7.0.15')
})
