import { Counter, Gauge, Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { parseExposition } from './exposition.ts'

const AT = 1_000_000
const parsed = (text: string, openMetrics = false) => parseExposition(text, { openMetrics, wanted: () => true, at: AT })
const told = (text: string, openMetrics = false) =>
  parsed(text, openMetrics).series.map(({ labels: { __name__: name, ...labels }, points }) => [name, { ...labels }, ...points.flat()])

describe('a sample', () => {
  test.each([
    ['a 1', ['a', {}, AT, 1]],
    ['  a\t1.5e3  ', ['a', {}, AT, 1_500]],
    ['a:b_total -0.5 1395066363000', ['a:b_total', {}, 1_395_066_363_000, -0.5]],
    ['a -1 -3982045', ['a', {}, -3_982_045, -1]],
    ['a{} 1', ['a', {}, AT, 1]],
    ['a { x = "y" , } 1', ['a', { x: 'y' }, AT, 1]],
    [String.raw`a{path="C:\\DIR\\F",error="not \"found\"\n{,} # 1"} 1.458255915e9`, ['a', { path: 'C:\\DIR\\F', error: 'not "found"\n{,} # 1' }, AT, 1.458255915e9]], // biome-ignore format: one line
    [String.raw`a{x="\q"} 1`, ['a', { x: '\\q' }, AT, 1]],
    ['{"my.metric",x="y"} 2', ['my.metric', { x: 'y' }, AT, 2]],
    ['a{"my.label"="y"} 2', ['a', { 'my.label': 'y' }, AT, 2]],
    ['a{x=""} 2', ['a', {}, AT, 2]],
    ['a{x="日本",__proto__="p"} 2', ['a', { x: '日本', ['__proto__']: 'p' }, AT, 2]],
    ['a NaN', ['a', {}]],
    ['a +Inf', ['a', {}]],
    ['a -inf', ['a', {}]],
  ])('%s', (line, expected) => {
    const [name, labels, ...points] = told(`${line}\n`)[0]!
    expect([name, Object.entries(labels as object), ...points]).toEqual([expected[0], Object.entries(expected[1]!), ...expected.slice(2)])
  })

  test('of OpenMetrics has its time in seconds and may have an exemplar', () => {
    expect(told('a_total 1 1520879607.789 # {trace_id="x # y"} 0.5 1520879607.1\nb{x="#"} 2 # {} 1\n# EOF\n', true)).toEqual([
      ['a_total', {}, 1_520_879_607_789, 1],
      ['b', { x: '#' }, AT, 2],
    ])
  })
})

test.each([
  ['a', 'it begins with no name of a metric'],
  ['a x', 'its value is no number'],
  ['a 0x10', 'its value is no number'],
  ['a 1_000', 'its value is no number'],
  ['a 1 2.5', 'its time is no number'],
  ['a 1 2 3', 'something follows after its value and time'],
  ['a 1 # {} 1', 'something follows after its value and time'],
  ['a{x="y} 1', 'a label has no closing quotation mark'],
  ['a{x="y\\', 'a label has no closing quotation mark'],
  ['a{x=y} 1', 'a quotation mark is missing'],
  ['a{x="y" z="1"} 1', 'between two labels is no comma'],
  ['a{x="1",x="2"} 1', 'it has the label x twice'],
  ['a{x} 1', 'the label x has no value'],
  ['{x="1"} 1', 'it has no name of a metric'],
  ['1a 1', 'it begins with no name of a metric'],
])('a line that is none costs itself alone: %s', (line, because) => {
  const { series, wrong, wrongLines } = parsed(`good 1\n${line}\nbest 2\n`)
  expect(series.map(({ labels }) => labels.__name__)).toEqual(['good', 'best'])
  expect({ wrong, wrongLines }).toEqual({ wrong: [{ line: 2, because }], wrongLines: 1 })
})

test('a series that stands twice counts once, whatever the order of its labels', () => {
  const { series, duplicates } = parsed('a{x="1",y="2"} 1\na{y="2",x="1"} 7\na{x="1"} 3')
  expect(series.map(({ points }) => points[0]![1])).toEqual([1, 3])
  expect(duplicates).toBe(1)
})

test('what is not wanted is not looked at', () => {
  const { series, wrongLines } = parseExposition('a 1\nb{broken 2\n{"a.b"} 3\n{"a.c"} 4\n', {
    openMetrics: false,
    wanted: (name) => name === 'a' || name === 'a.b',
    at: AT,
  })
  expect(series.map(({ labels }) => labels.__name__)).toEqual(['a', 'a.b'])
  expect(wrongLines).toBe(0)
})

test('ends of lines of any system; a page without a sample is none of metrics, an empty one has none', () => {
  expect(told('# HELP a b\r\na 1\r\nb 2')).toHaveLength(2)
  expect(told('')).toEqual([])
  expect(told('# TYPE a counter\n')).toEqual([])
  expect(() => parsed('<!doctype html>\n<p>404</p>')).toThrow('no line of it is a sample')
  const nothing = { openMetrics: false, wanted: () => false, at: AT }
  expect(() => parseExposition('<html>\nSign in to go on\n</html>', nothing)).toThrow('no line of it is a sample')
  expect(parseExposition('a{x="y"} 5\n', nothing).series).toEqual([])
  expect(() => parsed('{"status":"UP"}')).toThrow('no line of it is a sample')
})

test('a page of OpenMetrics that was cut off is refused: what is missing would be gaps', () => {
  expect(() => parsed('a 1\nb 2\n', true)).toThrow('cut off')
  expect(told('a 1\n# EOF', true)).toHaveLength(1)
})

test('what prom-client writes comes back, in both formats', async () => {
  const values = ['plain', 'quote " backslash \\ line\nfeed', '{a="b"} 1 # x', '']
  const text = new Registry()
  const open = new Registry()
  open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never)
  for (const registry of [text, open]) {
    const gauge = new Gauge({ name: 'a', help: 'quote " backslash \\ line\nfeed', labelNames: ['x'], registers: [registry] })
    values.forEach((x, value) => void gauge.set({ x }, value + 0.5))
    new Counter({ name: 'b_total', help: 'b', registers: [registry] }).inc(3)
  }
  const expected = [...values.map((x, value) => ['a', x === '' ? {} : { x }, AT, value + 0.5]), ['b_total', {}, AT, 3]]
  expect(told(await text.metrics())).toEqual(expected)
  expect(told(await open.metrics(), true)).toEqual(expected)
})
