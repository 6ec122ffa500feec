/** Whether a name is that of a control document's target: `ring:products`. Nothing else may be called so. */
export const isDocumentName = (name: string): boolean => /^(ring|ttl):/.test(name)

export const NO_DOCUMENT_NAME = 'a name that does not begin with "ring:" or "ttl:"'
