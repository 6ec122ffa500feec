import { z } from 'zod'
import { annotationAnswer, annotationDoneAnswer, annotationMadeAnswer } from '../../model/answers/annotation.ts'
import { flag, id, time, words } from '../http/inputs.ts'
import { operation } from '../http/operation.ts'
import { touchedTags } from '../teams/touched.ts'
import { ofAnnotation } from '../teams/touches.ts'
import {
  ANNOTATIONS_MAX,
  annotation,
  annotationView,
  changeAnnotation,
  createAnnotation,
  deleteAnnotation,
  findAnnotations,
} from './annotations.ts'

const tag = 'Observing'
const TAGS_MAX = 20

const ms = z.number().int({ error: 'expected epoch milliseconds as a whole number' })
const text = z
  .string()
  .min(1)
  .max(2_000)
  .transform((value) => value.replaceAll('\r\n', '\n'))
  .refine((value) => /^[\P{Cc}\n\t]*$/u.test(value), { error: 'expected text without control characters' })
const tags = z
  .array(words(100).min(1))
  .max(TAGS_MAX)
  .meta({ example: ['load-test', 'k6'] })
/** Fields of Grafana's format without a meaning here. */
const ignored = {
  dashboardId: z.unknown().optional(),
  dashboardUID: z.unknown().optional(),
  panelId: z.unknown().optional(),
  data: z.unknown().optional(),
}
const timeEnd = ms.meta({ description: 'The end of a span' })

export const annotationOperations = [
  operation({
    method: 'POST',
    path: 'annotations',
    role: 'operator',
    touches: ({ runtime, body }) => touchedTags(runtime, body.tags),
    audit: { what: 'annotation-made', body: ['text', 'tags'], answer: ['id'] },
    summary: "Makes an annotation, in Grafana's format: a mark in every chart and in the timeline of incidents",
    tag,
    body: z
      .strictObject({
        text,
        time: ms.optional().meta({ description: 'Default: now' }),
        timeEnd: timeEnd.optional(),
        tags: tags.optional(),
        ...ignored,
      })
      .meta({ description: 'Fields that name a dashboard or a panel are taken and have no meaning here' }),
    answer: annotationMadeAnswer,
    run: ({ runtime, body: { text, time, timeEnd, tags }, by }) => ({
      message: 'Annotation added',
      id: Number(createAnnotation(runtime, { text, time, timeEnd, tags }, by).id),
    }),
  }),
  operation({
    method: 'GET',
    path: 'annotations',
    role: 'viewer',
    summary: 'Annotations that touch a range, newest first, as Grafana answers them',
    tag,
    query: z.object({
      from: time.optional(),
      to: time.optional(),
      tags: z.string().max(100).optional().meta({ description: 'May be given several times: all of them must be there' }),
      matchAny: flag.optional().meta({ description: '`true`: one of the tags is enough' }),
      limit: z.coerce.number().int().min(1).max(ANNOTATIONS_MAX).optional().meta({ description: 'Default 100' }),
    }),
    answer: z.array(annotationAnswer),
    run: ({ runtime, query, search }) =>
      findAnnotations(runtime, { ...query, tags: search.getAll('tags').slice(0, TAGS_MAX) }).map(annotationView),
  }),
  operation({
    method: 'GET',
    path: 'annotations/{id}',
    role: 'viewer',
    summary: 'One annotation',
    tag,
    params: id,
    answer: annotationAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => annotationView(annotation(runtime, params.id)),
  }),
  operation({
    method: 'PATCH',
    path: 'annotations/{id}',
    role: 'operator',
    touches: (call) => [...ofAnnotation(call), ...(call.body.tags ? touchedTags(call.runtime, call.body.tags) : [])],
    audit: { what: 'annotation-changed', body: ['text', 'tags', 'time', 'timeEnd'] },
    summary: 'Changes what is given of an annotation: `timeEnd` when a run has ended',
    tag,
    params: id,
    body: z
      .strictObject({ text: text.optional(), time: ms.optional(), timeEnd: timeEnd.optional(), tags: tags.optional() })
      .refine((edit) => Object.values(edit).some((value) => value !== undefined), {
        error: 'expected at least one of text, time, timeEnd, tags',
      }),
    answer: annotationDoneAnswer,
    problems: ['not_found'],
    run: ({ runtime, params, body }) => {
      changeAnnotation(runtime, params.id, body)
      return { message: 'Annotation patched' }
    },
  }),
  operation({
    method: 'DELETE',
    path: 'annotations/{id}',
    role: 'operator',
    touches: ofAnnotation,
    audit: { what: 'annotation-deleted' },
    summary: 'Deletes an annotation, here and in the Grafana that it was pushed to',
    tag,
    params: id,
    answer: annotationDoneAnswer,
    problems: ['not_found'],
    run: ({ runtime, params }) => {
      deleteAnnotation(runtime, params.id)
      return { message: 'Annotation deleted' }
    },
  }),
]
