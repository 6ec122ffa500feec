import { z } from 'zod'
import { noun } from './shape.ts'

export const snippetAnswer = noun('Snippet', 'A change as infrastructure code, to be copied', {
  target: z.string().nullable().meta({ description: 'The target that it is for; null: for all of the change' }),
  form: z.enum(['ansible', 'terraform', 'helm', 'kubectl', 'aws', 'gcloud', 'az', 'shell', 'file', 'patch', 'evenkeel']),
  title: z.string(),
  language: z.enum(['yaml', 'hcl', 'shell', 'diff', 'json', 'text']),
  text: z.string(),
  notes: z.array(z.string()).meta({ description: 'What it leaves to its reader' }),
})
export type SnippetView = z.infer<typeof snippetAnswer>

export const codeAnswer = z
  .object({
    items: z.array(snippetAnswer),
    missing: z.array(z.string()).meta({ description: 'Why there is no code for a target, or no patch, a sentence each' }),
  })
  .meta({ id: 'Code' })
export type CodeView = z.infer<typeof codeAnswer>
