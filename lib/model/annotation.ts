/** What stands in another product's charts: a moment, or a span once it has ended. `key` names it for ever; times are epoch ms; `text` is HTML. */
export type Annotation = { key: string; time: number; timeEnd?: number; tags: string[]; text: string }
