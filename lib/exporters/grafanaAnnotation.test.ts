import { expect, test } from 'vitest'
import { change } from '../../test/documents.ts'
import { HOSTILE } from '../../test/receiver.ts'
import { annotationIdOf, changeAnnotation, incidentAnnotation, ownAnnotation } from './grafanaAnnotation.ts'

test('a change is a span from its first write to its end, found by its tags', () => {
  const steps = [{ setting: { target: 'edge', name: 'app/app1/weight' }, before: '100', after: '80' }]
  const one = {
    ...change,
    id: 'c1',
    at: 1_000,
    endedAt: 61_000,
    state: 'kept' as const,
    steps,
    because: 'app1 is slow',
    outcome: 'p95 fell',
  }
  expect(changeAnnotation(one, 'https://keel.example')).toEqual({
    key: 'change/c1',
    time: 1_000,
    timeEnd: 61_000,
    tags: ['evenkeel', 'change', 'kept', 'edge', 'evenkeel:change/c1'],
    text: 'edge app/app1/weight: 100 to 80\napp1 is slow\np95 fell\n<a href="https://keel.example/changes/c1">Open in Evenkeel</a>',
  })
  const { endedAt: _, outcome: __, ...going } = one
  expect(changeAnnotation({ ...going, state: 'watching' }, 'https://keel.example')).not.toHaveProperty('timeEnd')
})

test('an incident has no end while it goes on, and names are no markup', () => {
  const incident = { id: 'f1', since: 5, resolvedAt: null, severity: 'critical', summary: HOSTILE.join(' ') }
  const { text, ...rest } = incidentAnnotation(incident, 'https://keel.example')
  expect(rest).toEqual({ key: 'incident/f1', time: 5, tags: ['evenkeel', 'incident', 'critical', 'evenkeel:incident/f1'] })
  // The only tags of HTML are those of the link.
  expect(text.match(/<[^>]*>/g)).toEqual(['<a href="https://keel.example/incidents/f1">', '</a>'])
  expect(text).toContain('&amp;lt;b&amp;gt;')
})

test('what was annotated here keeps its tags, and is found again by a key of its own', () => {
  const made = { id: '7', time: 5, tags: ['deploy'], text: 'shop <1.2>', by: 'ci', createdAt: 5, updatedAt: 5 }
  expect(ownAnnotation(made)).toEqual({
    key: 'annotation/7',
    time: 5,
    tags: ['evenkeel', 'deploy', 'evenkeel:annotation/7'],
    text: 'shop &lt;1.2&gt;',
    original: 'shop <1.2>',
  })
  expect(ownAnnotation({ ...made, timeEnd: 9 })).toMatchObject({ time: 5, timeEnd: 9 })
  expect(['annotation/7', 'change/7', 'annotation/x'].map(annotationIdOf)).toEqual(['7', null, null])
})
