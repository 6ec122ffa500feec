import { expect, test } from 'vitest'
import { yamlDocument } from './yaml.ts'

const errors = (text: string) => yamlDocument(text).errors.map(({ message }) => message)

test('a document is read; keys given twice and keys that are no texts are errors', () => {
  expect(yamlDocument('a: 1\nb: { c: [1, 2] }\n').toJS()).toEqual({ a: 1, b: { c: [1, 2] } })
  expect(errors('a: 1\nb: { c: 1, c: 2 }\n')).toEqual(['Map keys must be unique'])
  expect(errors('? [a, b]\n: 1\n')).toEqual(['a key that is a list or a mapping'])
  expect(errors('a: [1')).toHaveLength(1)
})

test('thirty thousand keys take no longer than their text', () => {
  const text = Array.from({ length: 30_000 }, (_, i) => `key${i}: ${i}`).join('\n')
  const begun = performance.now()
  expect(errors(text)).toEqual([])
  // The library alone takes nine seconds.
  expect(performance.now() - begun).toBeLessThan(4_000)
})
