import { expect, test } from 'vitest'
import { wordsIn } from './words.ts'

const words = (text: string) => [...wordsIn(text)].map(({ text, sign }) => (sign ? `<${text}>` : text))

test('words, signs, quotes, escapes, variables and comments', () => {
  expect(words('server "a b;" \'{\' weight=2; # c ; }\nx #y\n}')).toEqual(['server', 'a b;', '{', 'weight=2', '<;>', 'x', '<}>'])
  expect(words('set $x $\u007ba b};')).toEqual(['set', '$x', '$\u007ba b}', '<;>'])
  expect(words('a\\;b "\\"" a#b')).toEqual(['a\\;b', '"', 'a#b'])
  expect(words('$\u007ba {')).toEqual(['$', '<{>', 'a', '<{>'])
  expect(words(' \t\r\n\ufeff')).toEqual([])
})

test.each(['"a', "'", 'a "b\\"', 'a\\'])('%j does not end', (text) => {
  expect(() => words(text)).toThrow(expect.objectContaining({ code: 'malformed' }))
})

test('a word tells where it stands, quotes included', () => {
  const text = 'a "b c";'
  expect([...wordsIn(text)].map(({ from, to }) => text.slice(from, to))).toEqual(['a', '"b c"', ';'])
})
