import { expect, it, vi } from 'vitest'
import { beforeWrite, EvenkeelError } from './error.ts'

it("is itself in another bundle's eyes too", async () => {
  vi.resetModules()
  const other = await import('./error.ts')
  expect(other.EvenkeelError).not.toBe(EvenkeelError)
  expect(new other.EvenkeelError('drift', 'moved') instanceof EvenkeelError).toBe(true)
  expect(new Error('EvenkeelError') instanceof EvenkeelError).toBe(false)
})

it('what fails before a write has surely written nothing, and says so with its own code and words', async () => {
  const failing = beforeWrite(async () => {
    throw new EvenkeelError('unreachable', 'edge does not answer')
  })
  await expect(failing).rejects.toMatchObject({ code: 'unreachable', message: 'edge does not answer', written: 'none' })
})

it('a fault of this program stays one', async () => {
  const failing = beforeWrite(async () => {
    throw new TypeError('x is not a function')
  })
  await expect(failing).rejects.toBeInstanceOf(TypeError)
  await expect(beforeWrite(async () => 7)).resolves.toBe(7)
})
