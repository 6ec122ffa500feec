import { expect, test } from 'vitest'
import { filterOf } from './filter.ts'

test('every word stands in one of the texts, in whatever case; nothing asked for is had by all', () => {
  expect(filterOf('Shop')(['edge', 'SHOP-1'])).toBe(true)
  expect(filterOf('Shop')(['edge', undefined])).toBe(false)
  expect(filterOf('cache red')(['cache-a', 'Redis'])).toBe(true)
  expect(filterOf('cache blue')(['cache-a', 'Redis'])).toBe(false)
  expect(filterOf('Shop')([])).toBe(false)
  for (const nothing of [undefined, '', '  ']) expect(filterOf(nothing)([])).toBe(true)
})

test('a label is name=value, whole, in quotes where it holds blanks', () => {
  expect(filterOf('pool=app')(['edge'], { pool: 'app' })).toBe(true)
  expect(filterOf('pool=app')(['edge'], { pool: 'apps' })).toBe(false)
  expect(filterOf('team="web shop" edge')(['edge'], { team: 'Web shop' })).toBe(true)
  expect(filterOf('team="web shop')(['edge'], { team: 'shop' })).toBe(false)
})

test('of several things the label of one suffices', () => {
  expect(filterOf('target=b')([], [{ target: 'a' }, { target: 'b' }])).toBe(true)
  expect(filterOf('target=c')([], [{ target: 'a' }, { target: 'b' }])).toBe(false)
})

test('it is no pattern, and a word does not run over the end of a text into the next', () => {
  expect(filterOf('a.c')(['abc'])).toBe(false)
  expect(filterOf('ab')(['a', 'b'])).toBe(false)
  expect(filterOf('"a b"')(['a', 'b'])).toBe(false)
  expect(filterOf('"a b"')(['x a b'])).toBe(true)
})

test('what stands in a text as it was typed is found, whatever it looks like', () => {
  expect(filterOf('user:"7" =')(['user:"7" =x'])).toBe(true)
  expect(filterOf('a=b')(['key a=b'])).toBe(true)
  for (const odd of ['"', '=', '==', 'constructor=x', '__proto__=x', '"""a']) expect(filterOf(odd)(['edge'], { team: 'a' })).toBe(false)
})
