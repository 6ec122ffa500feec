import { expect, test } from 'vitest'
import { targetKeys, targetLabels } from './targetKeys.ts'

const { name } = targetKeys('redis')

test.each(['ring:products', 'ttl:sessions'])('a target may not be called as a control document: %s', (text) => {
  expect(name.safeParse(text).error!.issues[0]!.message).toContain('does not begin with "ring:" or "ttl:"')
})

test.each(['a/b:%', 'rings', 'target:ring:x', 'my ring:x', 'é'])('other names stay allowed: %s', (text) => {
  expect(name.parse(text)).toBe(text)
})

test('labels have plain names that findings do not use, and short texts', () => {
  const labels = { team: 'shop', env_2: 'web shop', tier: 'a=b' }
  expect(targetLabels.parse(labels)).toEqual(labels)
  const wrong = [
    { target: 'x' },
    { severity: 'x' },
    { Team: 'x' },
    { '1a': 'x' },
    { team: '' },
    { team: ' x' },
    { team: 'a,b' },
    { team: 'a"b' },
  ]
  for (const one of [...wrong, { team: 'a\nb' }, { team: 'x'.repeat(101) }, { team: 1 }])
    expect(targetLabels.safeParse(one).success).toBe(false)
})
