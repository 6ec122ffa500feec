import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { plainSentence, Sentence, Sentences } from './sentence.tsx'

const draw = (text: string, max?: number) => renderToStaticMarkup(<Sentence text={text} max={max} />).replace(/ class="[^"]*"/g, '')

test('what stands in back-quotes is code', () => {
  expect(draw('`use-server` chooses the server past `balance`.')).toBe(
    '<code>use-server</code> chooses the server past <code>balance</code>.',
  )
  expect(draw('nothing is quoted')).toBe('nothing is quoted')
  expect(draw('one ` alone, `` and nothing between')).toBe('one ` alone, `` and nothing between')
  expect(plainSentence('`nbproc` is 4')).toBe('nbproc is 4')
})

test('untrusted characters are written out, within the code too, and the text is cut', () => {
  expect(draw('`a\u202eb`\n<b>')).toBe('<code>a\\x202eb</code>\\n&lt;b&gt;')
  expect(draw('x'.repeat(100_000), 10)).toBe(`${'x'.repeat(9)}…`)
  expect(renderToStaticMarkup(<Sentences text={'first\nse\u0007cond'} />)).toContain('>se\\x07cond<')
})
