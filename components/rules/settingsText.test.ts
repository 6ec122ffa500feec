import { expect, it } from 'vitest'
import { settingsText } from './settingsText.ts'

it('writes the line for the file and marks what was set', () => {
  expect(settingsText({ id: 'cache/hit-ratio-drop', settings: { drop: 0.1, for: 2000 }, defaults: { drop: 0.03, for: 2000 } })).toBe(
    'rules:\n  cache/hit-ratio-drop:\n    drop: 0.1   # default 0.03\n    for: 2000',
  )
})
