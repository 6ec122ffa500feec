import { expect, test } from 'vitest'
import { EvenkeelError } from '../model/error.ts'
import { refusalPage } from './refusal.ts'

test('a refusal says its sentence and nothing that a visitor could make of it', async () => {
  const page = refusalPage(new EvenkeelError('unauthenticated', '<script>alert("ann\'s")</script>'), '/sign-in?next="><b>', {
    'x-frame-options': 'DENY',
  })
  expect(page.status).toBe(403)
  expect(page.headers.get('x-frame-options')).toBe('DENY')
  const text = await page.text()
  expect(text).toContain('&#60;script&#62;alert(&#34;ann&#39;s&#34;)')
  expect(text).not.toMatch(/<script|<b>/)
})
