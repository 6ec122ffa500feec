import { expect, test } from 'vitest'
import { annotationBody, tagsIn, wrongWith } from './annotationForm.ts'

const FIELDS = { text: ' deploy of web ', from: '', until: '', tags: '' }
const NOW = new Date('2026-01-05T12:00').getTime()

test('an annotation of now says its text alone', () => {
  expect(annotationBody(FIELDS)).toEqual({ text: 'deploy of web' })
  expect(wrongWith(FIELDS, NOW)).toBeNull()
})

test('a span has both times and its tags', () => {
  const span = { ...FIELDS, from: '2026-01-05T11:00', until: '2026-01-05T11:30', tags: 'deploy, web,, deploy ' }
  expect(annotationBody(span)).toEqual({
    text: 'deploy of web',
    time: new Date('2026-01-05T11:00').getTime(),
    timeEnd: new Date('2026-01-05T11:30').getTime(),
    tags: ['deploy', 'web'],
  })
  expect(wrongWith(span, NOW)).toBeNull()
  expect(tagsIn('')).toEqual([])
})

test.each([
  [{ text: '  ' }, 'Say what happened'],
  [{ from: '2026-01-05T11:00', until: '2026-01-05T10:59' }, 'It ends before it begins'],
  [{ until: '2026-01-05T11:59' }, 'It ends before it begins'],
])('%j cannot be sent', (fields, because) => {
  expect(wrongWith({ ...FIELDS, ...fields }, NOW)).toBe(because)
})
