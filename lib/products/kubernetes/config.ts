import { basename } from 'node:path'
import { z } from 'zod'
import { path } from '../../model/marks.ts'
import { targetKeys, targetLabels } from '../targetKeys.ts'

/** RFC 1123 labels, as names of namespaces and Services are. */
const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(?:\\.${LABEL})*`
const matches = (pattern: string, message: string) => z.string().regex(new RegExp(`^${pattern}$`), message)
const key = z.string().regex(/^[-._a-zA-Z0-9]+$/, 'a key of the Secret')

const password = z.strictObject({
  service: matches(`${LABEL}/${SUBDOMAIN}`, 'NAMESPACE/NAME of a Service').describe(
    'The Service, `NAMESPACE/NAME`, whose servers ask for it',
  ),
  secret: matches(SUBDOMAIN, 'the name of a Secret').describe("The Secret's name; it is read in the namespace of the Service alone"),
  password: key.default('password').describe('The key of the Secret that holds the password'),
  username: key.optional().describe('The key of the Secret that holds the user'),
})

/** A Kubernetes cluster: its API is read by list and watch, weights of its routes are patched, and its Services are discovered as targets. */
export const kubernetesConfig = z
  .strictObject({
    ...targetKeys('kubernetes'),
    kubeconfig: path('the path of a kubeconfig')
      .optional()
      .describe("A kubeconfig file. Without it Evenkeel takes its own pod's service account"),
    context: z.string().min(1).optional().describe("The kubeconfig's context. Default: its `current-context`"),
    write: z
      .strictObject({
        kubeconfig: path('the path of a kubeconfig')
          .optional()
          .describe('Another kubeconfig file for writing. Default: that of `kubeconfig`, with another `context`'),
        context: z.string().min(1).optional().describe('Its context for writing. Default: its `current-context`'),
      })
      .refine(({ kubeconfig, context }) => kubeconfig !== undefined || context !== undefined, {
        message: 'a kubeconfig, a context, or both',
      })
      .optional()
      .describe('Another user of the same cluster for what writes; what only reads never signs in as this one. Default: the same user'),
    namespaces: z
      .array(matches(LABEL, 'the name of a namespace'))
      .min(1)
      .refine((all) => new Set(all).size === all.length, { message: 'each namespace once' })
      .optional()
      .describe('The namespaces that are read, where a Role in each of them is all that is given. Default: all, which needs a ClusterRole'),
    services: z
      .string()
      .regex(/^[^\p{Cc}]{1,1000}$/u, 'a label selector')
      .optional()
      .describe('A label selector, `part-of=shop,tier!=test`: Services without these labels are not looked at. Default: all'),
    labels: z
      .union([z.boolean(), targetLabels])
      .default(true)
      .describe(
        'Labels of its own, such as `team` and `env`, which what it finds has too. `false`: it has none, and Services are recognized by the annotation `evenkeel.io/kind` alone, not by the label `app.kubernetes.io/name` with a port that fits it',
      ),
    recognize: z
      .boolean()
      .default(true)
      .describe(
        'Whether Services are recognized by the label `app.kubernetes.io/name`; `false` as with `labels: false`, beside labels of its own',
      ),
    secrets: z.array(password).default([]).describe('Secrets that hold the passwords of discovered servers. No other Secret is ever read'),
  })
  .superRefine(({ kubeconfig, context, write }, issues) => {
    const message = 'context is for a kubeconfig: name that too'
    if (context !== undefined && kubeconfig === undefined) issues.addIssue({ code: 'custom', path: ['context'], message })
    if (write?.context !== undefined && (write.kubeconfig ?? kubeconfig) === undefined)
      issues.addIssue({ code: 'custom', path: ['write', 'context'], message })
  })
  .transform(({ labels, recognize, ...rest }) => ({
    ...rest,
    recognize: recognize && labels !== false,
    ...(typeof labels === 'object' && { labels }),
  }))

export type KubernetesConfig = z.output<typeof kubernetesConfig>

/** As what writes signs in: with the kubeconfig and context of `write`, where they are configured. */
export const writerOf = ({ write, ...config }: KubernetesConfig): KubernetesConfig =>
  write === undefined ? config : { ...config, context: undefined, ...write }

/** Where it is, without secrets; two targets of one file and context are the same. */
export const kubernetesAddress = ({ kubeconfig, context }: KubernetesConfig): string =>
  kubeconfig === undefined ? 'kubernetes.default.svc' : `${basename(kubeconfig)}${context === undefined ? '' : ` ${context}`}`
