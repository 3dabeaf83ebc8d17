// The thesis's tables, in the form of docs/measurements/thesis.json.
export interface ThesisRow {
  readonly peers: number;
  readonly mean?: number;
  readonly meanSd?: number;
  readonly median?: number;
}

export interface ThesisTables {
  readonly source: string;
  readonly setup: string;
  readonly tables: Readonly<Record<string, { readonly title: string; readonly rows: readonly ThesisRow[] }>>;
}
