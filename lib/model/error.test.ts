import { expect, it, vi } from 'vitest'
import { EvenkeelError } from './error.ts'

it("is itself in another bundle's eyes too", async () => {
  vi.resetModules()
  const other = await import('./error.ts')
  expect(other.EvenkeelError).not.toBe(EvenkeelError)
  expect(new other.EvenkeelError('drift', 'moved') instanceof EvenkeelError).toBe(true)
  expect(new Error('EvenkeelError') instanceof EvenkeelError).toBe(false)
})
