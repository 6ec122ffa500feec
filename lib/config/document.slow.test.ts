// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables like this.
import { describe, expect, test } from 'vitest'
import { spentMs } from '../../test/cpuTime.ts'
import { readSource } from './document.ts'

const outside = { env: { PATH: '/a:/b "x"\n#', EMPTY: '' }, readFile: (path: string) => `content of ${path}\n` }
const read = (text: string) => readSource(text, outside)
const problems = (text: string) => read(text).problems.map(({ path, line, found }) => `${path || 'the file'} ${line ?? ''} ${found}`)
/** Nine lists of nine, each of aliases of the one above: 387 million values. */
const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`),
].join('\n')

describe('an alias', () => {
  test('is what its anchor above holds, with its variables and files', () => {
    const { data, written, problems, line } = read('base: &b { p: "${PATH}", key_file: k }\nlist: &l [1]\nuse: *b\nover: [*l, &l [2], *l]')
    expect(problems).toEqual([])
    expect(data).toEqual({
      base: { p: outside.env.PATH, key: 'content of k' },
      list: [1],
      use: { p: outside.env.PATH, key: 'content of k' },
      over: [[1], [2], [2]],
    })
    expect(written).toMatchObject({ use: { p: '${PATH}', key_file: 'k' } })
    expect(line(['use'])).toBe(3)
  })
  test.each([
    ['without its anchor', 'targets: *a', 'targets 1 an alias without its anchor'],
    ['above its anchor', 'a: *x\nb: &x 1', 'a 1 an alias without its anchor'],
    ['that is a password without quotes', 'password: *hunter2', 'password 1 an alias without its anchor'],
    ['of what holds it', 'a: &x [1, *x]', 'a[1][1] 1 an alias that holds itself'],
    ['as a key', 'a: &x 1\n*x : 2', 'the file 1 a key that is a list, a mapping or an alias'],
  ])('%s is a problem', (_, text, expected) => expect(problems(text)).toEqual([expected]))
  test('cannot mean billions', () => {
    const from = spentMs()
    expect(problems(bomb)).toEqual([expect.stringMatching(/^\w \d more than 200000 values once the aliases are filled in$/)])
    expect(spentMs() - from).toBeLessThan(5_000)
  })
})

describe('odd files are read or refused in words', () => {
  test.each([
    ['with a byte order mark and CRLF', '\ufeffa: 1\r\nb: "${EMPTY}"\r\n', { a: 1, b: '' }],
    ['with keys of the prototype', '__proto__: { a: 1 }\nconstructor: 2', JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}')],
    ['whose values are JSON', 'a: ["${PATH}", "$X", "${1}", "${}"]', { a: [outside.env.PATH, '$X', '${1}', '${}'] }],
    ['that is one variable', '"${PATH}"', outside.env.PATH],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual([])
    expect(read(text).data).toEqual(expected)
  })
  test.each([
    ['deep lists', '['.repeat(100_000), /nested too deeply/],
    ['deep mappings', '{a: '.repeat(20_000), /nested too deeply/],
    ['deeper than anybody writes', `${'{a: '.repeat(100)}1${'}'.repeat(100)}`, /^a\.a\.a 1 mappings and lists more than 64 deep$/],
    ['tabs', '\ta: 1', /Tabs are not allowed/],
    ['two documents', 'a: 1\n---\nb: 1', /multiple documents/],
    ['a binary value', 'a: !!binary aGk=', /^a 1 a value with a tag$/],
    ['a date', '%YAML 1.1\n---\na: 2001-01-01', /^a 3 a value with a tag$/],
    ['a key of a list', '? [hunter2]\n: 1', /a key that is a list/],
    ['a key twice', 'a: 1\na: 2', /Map keys must be unique/],
    ['a file of no name', 'a_file: ""', /^a_file 1 an empty text$/],
    ['a file of many names', 'a_file: [hunter2]', /^a_file 1 no path$/],
    ['a file that is no text', 'a_file: { toString: hunter2 }', /^a_file 1 no path$/],
    ['both ways', 'a_file: x\na: hunter2', /^a_file 1 both a and a_file$/],
    ['an unset variable', 'a: "hunter2${NOBODY}"', /^a 1 \$\{NOBODY\}, which is not set/],
    ['a password like a tag', 'a: !hunter2', /Unresolved tag$/],
    ['a password with a backslash', 'a: "\\hunter2"', /Invalid escape sequence$/],
    ['a text that does not end', 'a: "hunter2', /Missing closing/],
  ])('%s', (_, text, expected) => {
    expect(problems(text)[0]).toMatch(expected)
    expect(problems(text).join()).not.toContain('hunter2')
  })
  test('noise has a bounded answer', () => {
    for (const text of ['\0\u0001\u0002', 'a: b: c: d\n'.repeat(5_000), '- - - ? ? : , [ { * & ! |'.repeat(100)])
      expect(problems(text).length).toBeLessThanOrEqual(20)
  })
})
