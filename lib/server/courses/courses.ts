import type { CourseView } from '../../model/answers/course.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import { type Course, type CourseWaiting, courseWaitingKey } from '../../model/group.ts'
import { iso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

export function listCourses(runtime: Runtime, paging: Paging = {}): Page<CourseView> {
  const { items, ...rest } = pageNewest(runtime.changes.courses(), ({ at }) => at, paging)
  return { items: items.map((course) => courseView(runtime, course)), ...rest }
}

export function getCourse(runtime: Runtime, id: string): CourseView {
  const course = runtime.changes.courses().find((one) => one.id === id)
  if (!course) throw new EvenkeelError('not_found', 'There is no course of that id.')
  return courseView(runtime, course)
}

export function steerCourse(runtime: Runtime, id: string, verb: 'continue' | 'roll-back', by: string): CourseView {
  getCourse(runtime, id)
  runtime.changes.steerCourse(id, verb, by)
  return getCourse(runtime, id)
}

function courseView({ changes, store }: Runtime, course: Course): CourseView {
  const { order, at, endedAt, prediction: _, guards: __, finding: ___, approval: ____, ...rest } = course
  const parts = changes.partsOf(course)
  const waiting = store.memory.get<CourseWaiting>(courseWaitingKey(course))
  return {
    ...rest,
    parts: order.map((target) => {
      const change = parts.get(target)
      if (!change) return { target, state: 'waiting' }
      return { target, state: change.state, change: change.id, ...(change.verdict && { verdict: change.verdict }) }
    }),
    at: iso(at),
    ...(waiting && { waiting: waiting.because }),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
  }
}
