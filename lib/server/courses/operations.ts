import { z } from 'zod'
import { courseAnswer } from '../../model/answers/course.ts'
import { page } from '../../model/answers/shape.ts'
import { known } from '../cluster/runsAt.ts'
import { id, paging } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import type { Runtime } from '../runtime.ts'
import { ofCourse } from '../teams/touches.ts'
import { getCourse, listCourses, steerCourse } from './courses.ts'

const tag = 'The loop'
/** Whoever has the canary goes on with the course. */
const canaryOf = ({ runtime, params }: { runtime: Runtime; params: { id: string } }) =>
  known(runtime, runtime.changes.courses().find((course) => course.id === params.id)?.order[0] ?? null)

export const courseOperations = [
  operation({
    method: 'GET',
    path: 'courses',
    role: 'viewer',
    summary: 'Courses over groups of identical balancers, newest first',
    tag,
    query: z.object(paging),
    answer: page(courseAnswer),
    run: ({ runtime, query }) => listCourses(runtime, query),
  }),
  operation({
    method: 'GET',
    path: 'courses/{id}',
    role: 'viewer',
    summary: 'One course: the canary, then the rest, with the change of each',
    tag,
    params: id,
    answer: courseAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => getCourse(runtime, params.id),
  }),
  operation({
    method: 'POST',
    path: 'courses/{id}/continue',
    role: 'operator',
    touches: ofCourse,
    audit: { what: 'course-steered' },
    summary: 'Goes on with the rest, although the effect on the canary could not be told',
    tag,
    params: id,
    answer: courseAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed'],
    runsAt: canaryOf,
    run: ({ runtime, params, by }) => steerCourse(runtime, params.id, 'continue', by),
  }),
  operation({
    method: 'POST',
    path: 'courses/{id}/roll-back',
    role: 'operator',
    touches: ofCourse,
    audit: { what: 'course-steered' },
    summary: 'Rolls back every balancer that it has changed, the last one first',
    tag,
    params: id,
    answer: courseAnswer,
    status: 202,
    problems: ['not_found', 'not_allowed', 'read_only'],
    runsAt: canaryOf,
    run: ({ runtime, params, by }) => steerCourse(runtime, params.id, 'roll-back', by),
  }),
]
