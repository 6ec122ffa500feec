import { describe, expect, it } from 'vitest'
import { ReferenceText } from './referenceText.ts'

const LINES = Array.from({ length: 300 }, (_, i) => `name_${i}:value ${i * 7}\n`)
const REFERENCE = new ReferenceText(LINES.join(''))
const again = (text: string) => {
  const difference = REFERENCE.difference(text)
  return difference && REFERENCE.text(Buffer.from(difference))
}
const with_ = (changed: Record<number, string>) => LINES.map((line, i) => changed[i] ?? line).join('')

describe('a difference', () => {
  it.each([
    ['of the same text', LINES.join('')],
    ['of one without its last newline', LINES.join('').slice(0, -1)],
    ['of its first lines', LINES.slice(0, 9).join('')],
    ['of its last lines', LINES.slice(-9).join('')],
    ['of a part of its lines, from the middle of one on', LINES.join('').slice(1_003, 2_501)],
    ['with other values', with_({ 0: 'name_0:\n', 7: 'name_7:value 123456789\n', 299: 'name_299:x' })],
    ['with other lines', with_({ 5: '\n', 6: 'other\n', 7: '', 8: `long${'x'.repeat(300)}\n`, 9: '\0\x7f:\x01\n' })],
    ['with lines in another order', [...LINES.slice(150), ...LINES.slice(0, 150)].join('')],
    ['with a line many times', LINES.join('') + LINES[7]!.repeat(50)],
    ['with newlines alone', LINES.join('\n')],
  ])('makes the text again: %s', (_what, text) => expect(again(text)).toBe(text))

  it('is short where little differs, wherever lines came or went', () => {
    const length = (text: string) => REFERENCE.difference(text)!.length
    expect(length(LINES.join(''))).toBeLessThan(5)
    expect(length(with_({ 7: 'name_7:value 8\n' }))).toBeLessThan(20)
    expect(length(with_({ 0: '', 7: '', 8: 'new:1\nnewer:2\n', 200: 'name_200:value 1\n' }))).toBeLessThan(80)
  })

  it('is none where it were half as long as the text, or of a text that is very long', () => {
    expect(REFERENCE.difference('x'.repeat(2_000))).toBeNull()
    expect(REFERENCE.difference(LINES.map((line) => `of_another_${line}`).join(''))).toBeNull()
    expect(REFERENCE.difference(LINES.join('').repeat(20))).toBeNull()
    // As many bytes as fit, and as many characters.
    for (const odd of ['ä', '€', '💶'])
      for (const length of [10, 65_533, 65_534, 65_535, 65_536])
        expect(
          REFERENCE.difference(
            LINES.join('')
              .repeat(20)
              .slice(0, length - odd.length) + odd,
          ),
          `${odd} ${length}`,
        ).toBeNull()
  })

  it('of what is made to be looked for takes no longer than others', () => {
    const odd = new ReferenceText('a\n'.repeat(20_000))
    const text = 'b:1\n'.repeat(8_000)
    const began = performance.now()
    for (let i = 0; i < 20; i++) odd.difference(text)
    expect(performance.now() - began).toBeLessThan(500)
  })
})
