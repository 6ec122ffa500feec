import { dictionary } from '@zxcvbn-ts/language-common'
import { describe, expect, test } from 'vitest'
import { spentMs } from '../../test/cpuTime.ts'
import { checkChoice } from './passwordChoice.ts'

describe('refused', () => {
  test('every one of the commonest passwords that is long enough', async () => {
    const common = dictionary['passwords-common']
    expect(common.length).toBeGreaterThan(10_000)
    const long = common.filter((password) => password.length >= 12)
    expect(long.length).toBeGreaterThan(200)
    for (const password of long) await expect(checkChoice(password, 'ann'), password).rejects.toMatchObject({ code: 'invalid' })
  })
  test.each(['aaaaaaaaaaaa', 'passwordpassword', 'password1234', '123456789012', 'qwertyuiop[]', 'Evenkeelevenkeel', 'P@ssw0rd1234!'])(
    '%s, which is made of one',
    async (password) => {
      await expect(checkChoice(password, 'ann')).rejects.toMatchObject({ code: 'invalid' })
    },
  )
  test('the own name', async () => {
    for (const password of ['augusta.lovelace', 'Lovelace-Augusta', 'augustalovelace1'])
      await expect(checkChoice(password, 'augusta.lovelace'), password).rejects.toMatchObject({ code: 'invalid' })
  })
  test('fewer than twelve characters', async () => {
    await expect(checkChoice('k7#Qz!p0vRx', 'ann')).rejects.toThrow(/at least 12/)
    await expect(checkChoice('🐎🔋🐎🔋🐎🔋', 'ann')).rejects.toThrow(/at least 12/)
  })
})
test.each(['correct horse battery', 'a new pass phrase of mine', 'k7#Qz!p0vRxW', 'ünüsual wörds ünd'])('%s is taken', async (password) => {
  await expect(checkChoice(password, 'ann')).resolves.toBeUndefined()
})
test('the longest password is looked at in a moment', async () => {
  await checkChoice('correct horse battery', 'ann')
  const started = spentMs()
  for (const piece of ['a1', 'p@$$w0rd', '4@8(', '({[<', '19900101'])
    await checkChoice(piece.repeat(1_000 / piece.length), 'ann').catch(() => {})
  expect(spentMs() - started).toBeLessThan(3_000)
})
