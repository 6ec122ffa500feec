import { describe, expect, it } from 'vitest'
import { withYamlValue, yamlValue } from './yamlKey.ts'

describe('a key of a YAML file', () => {
  it.each([
    ['a: 1\n', ['a'], '1', '2', 'a: 2\n'],
    ['a: "1"\n', ['a'], '1', '2', 'a: "2"\n'],
    ["a: '1'\n", ['a'], '1', "it's", "a: 'it''s'\n"],
    ['a: x\n', ['a'], 'x', '007', 'a: "007"\n'],
    ['a: x\n', ['a'], 'x', 'yes: # {no}', 'a: "yes: # {no}"\n'],
    ['a: 1\n', ['a'], '1', '2gb', 'a: 2gb\n'],
    ['a:\n  - b: 1\n  - b: 2 # two\n', ['a', 1, 'b'], '2', '9', 'a:\n  - b: 1\n  - b: 9 # two\n'],
    [
      '{\n  "a": {\n    "b.c": "x",\n    "d": 1\n  }\n}\n',
      ['a', 'b.c'],
      'x',
      'y"',
      '{\n  "a": {\n    "b.c": "y\\"",\n    "d": 1\n  }\n}\n',
    ],
  ] as [string, (string | number)[], string, string, string][])(
    'of %j is changed, all else byte for byte',
    (text, key, before, value, after) => {
      expect(yamlValue(text, key, 'f')).toBe(before)
      const next = withYamlValue(text, key, value, 'f')
      expect(next).toBe(after)
      expect(yamlValue(next, key, 'f')).toBe(value)
    },
  )

  it.each([
    ['a: { b: 1, secret: x }\n', ['a', 'b'], 'shares its line'],
    ['a: [1, 2]\n', ['a', 0], 'shares its line'],
    ['a: |\n  1\n', ['a'], 'several lines'],
    ['a:\n  b: 1\n', ['a'], 'no single value'],
    ['a: 1\n', ['b'], 'no single value'],
    ['a: 1\na: 2\n', ['a'], 'no YAML'],
    ['a: [\n', ['a'], 'no YAML'],
  ] as [string, (string | number)[], string][])('of %j is refused in words that quote nothing', (text, key, words) => {
    expect(() => yamlValue(text, key, 'f')).toThrow(words)
  })
})
