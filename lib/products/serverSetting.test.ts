import { expect, test } from 'vitest'
import { serverSetting } from './serverSetting.ts'

test('a setting of a server is taken apart; what is none is refused with the forms that there are', () => {
  expect(serverSetting('app/10.0.0.1:80/weight', 'UPSTREAM/SERVER')).toEqual({ pool: 'app', server: '10.0.0.1:80', what: 'weight' })
  const refusal = { code: 'not_found', message: '"app" is no setting: UPSTREAM/SERVER/weight or UPSTREAM/SERVER/state' }
  expect(() => serverSetting('app', 'UPSTREAM/SERVER')).toThrow(expect.objectContaining(refusal))
})

test('where only weights are set a state is none', () => {
  const weightOf = (name: string) => serverSetting(name, 'POOL/SERVER', { whats: ['weight'] })
  expect(weightOf('app/a/weight').server).toBe('a')
  expect(() => weightOf('app/a/state')).toThrow('"app/a/state" is no setting: POOL/SERVER/weight')
})
