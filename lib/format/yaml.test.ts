import { expect, test } from 'vitest'
import { fastest } from '../../test/cpuTime.ts'
import { yamlDocument } from './yaml.ts'

const errors = (text: string) => yamlDocument(text).errors.map(({ message }) => message)

test('a document is read; keys given twice and keys that are no texts are errors', () => {
  expect(yamlDocument('a: 1\nb: { c: [1, 2] }\n').toJS()).toEqual({ a: 1, b: { c: [1, 2] } })
  expect(errors('a: 1\nb: { c: 1, c: 2 }\n')).toEqual(['Map keys must be unique'])
  expect(errors('? [a, b]\n: 1\n')).toEqual(['a key that is a list or a mapping'])
  expect(errors('a: [1')).toHaveLength(1)
})

test('twenty thousand keys take no longer than their text', () => {
  const read = (keys: number) => {
    const text = Array.from({ length: keys }, (_, i) => `key${i}: ${i}`).join('\n')
    return () => expect(errors(text)).toEqual([])
  }
  // In proportion it is ten times; the library alone takes a hundred times.
  expect(fastest(read(20_000))).toBeLessThan(30 * fastest(read(2_000)))
})
