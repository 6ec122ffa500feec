/**
 * What a person or a program says of a moment or a span: a deploy, a load test, a sale. Text and tags are others' words, so that they are
 * shown escaped. `time` and `timeEnd` are epoch ms, and so are `createdAt` and `updatedAt`.
 */
export type Annotation = {
  /** A whole number as text: Grafana's format has numbers. */
  id: string
  time: number
  /** Absent: a moment, or a span that has not ended. */
  timeEnd?: number
  tags: string[]
  text: string
  by: string
  createdAt: number
  updatedAt: number
}

/** So long an annotation is kept after its end. */
export const ANNOTATION_DAYS = 400

/** What is drawn into another product's charts: a moment, or a span once it has ended. `key` names it for ever; times are epoch ms; `text` is HTML. */
export type PushedAnnotation = {
  key: string
  time: number
  timeEnd?: number
  tags: string[]
  text: string
  /** The text as somebody gave it to Evenkeel, who may have given it to the other product as well. */
  original?: string
}
