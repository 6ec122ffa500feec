import { expect, test } from 'vitest'
import { countOf, labelChoices, readWhere } from './where.ts'

test('labels are read as people type them', () => {
  expect(readWhere(' team = shop,env=prod , ')).toEqual({ where: { team: 'shop', env: 'prod' } })
  for (const text of ['', ' , ', 'team', 'team=', '=shop', 'Team=shop', 'team=shop, x'])
    expect(readWhere(text), text).toHaveProperty('wrong')
})

test('choices are what targets have, and the count is of those that have all', () => {
  const targets: { labels?: Record<string, string> }[] = [{ labels: { team: 'shop', env: 'prod' } }, { labels: { team: 'shop' } }, {}]
  expect(labelChoices(targets)).toEqual(['env=prod', 'team=shop'])
  expect([countOf(targets, { team: 'shop' }), countOf(targets, { team: 'shop', env: 'prod' }), countOf(targets, { team: 'pay' })]).toEqual([
    2, 1, 0,
  ])
})
