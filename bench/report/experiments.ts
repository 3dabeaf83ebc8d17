// The experiments of docs/measurements.md, in its order: each with its question and the exact command that runs it.

/** How a table of the thesis is compared with a ramp of ours. */
export interface ThesisTable {
  readonly table: string;
  /** The figure of our report that is compared with it. */
  readonly ours: "processing" | "gesture" | "cpu";
}

export interface Experiment {
  readonly name: string;
  readonly title: string;
  readonly asks: string;
  /** Arguments of `npm run -s bench --`. */
  readonly command: string;
  readonly thesis?: readonly ThesisTable[];
  /** Whether there is one mode for each window, in place of a ramp over phones. */
  readonly isWindowSweep?: boolean;
}

const windows = [50, 100, 150, 180, 200, 250, 350, 500, 1000];
const sweep = windows.map((ms) => `earl-mesh@${ms}`).join(",");

export const experiments: readonly Experiment[] = [
  {
    name: "floor",
    title: "The floor",
    asks: "What raw DataChannel messages between two phones cost, without anything around them.",
    command: "floor --seconds 20",
  },
  {
    name: "forward",
    title: "Forwarding gestures",
    asks: "From a notification at one phone's probe, through the gateway under test, to the write at another's band.",
    command: "forward --ramp 5..45..20 --seconds 8 --slice 4",
    thesis: [
      { table: "3.3", ours: "gesture" },
      { table: "3.4", ours: "gesture" },
    ],
  },
  {
    name: "mux",
    title: "Multiplexing",
    asks: "The wearables of N phones through the page under test to one receiver.",
    command: "mux --ramp 10..49..15 --seconds 8 --slice 4",
    thesis: [
      { table: "3.7", ours: "processing" },
      { table: "3.8", ours: "cpu" },
    ],
  },
  {
    name: "demux",
    title: "Demultiplexing",
    asks: "Aggregates of ten from each of N phones to ten bands of the page under test.",
    command: "demux --ramp 10..40..10 --seconds 8 --slice 4",
    thesis: [
      { table: "3.10", ours: "processing" },
      { table: "3.11", ours: "cpu" },
    ],
  },
  {
    name: "demux-slow-devices",
    title: "Demultiplexing to slow devices",
    asks: "The same with bands that need 5 ms on average for each write: a newer command replaces one that waits.",
    command: "demux --phones 20 --service exponential:5:sleep --seconds 8 --slice 4",
  },
  {
    name: "both",
    title: "Both at once",
    asks: "Multiplexing and demultiplexing at once and in both directions, which the thesis left to future work.",
    command: "both --phones 20 --seconds 8 --slice 4",
  },
  {
    name: "mesh-pages",
    title: "A full mesh of pages",
    asks: "Ten Chromium pages with ten probes each; every page wants all samples.",
    command: "mesh --phones 10 --probes 10 --hz 4 --bytes 40 --browsers all --seconds 20",
  },
  {
    name: "mesh-native",
    title: "A full mesh of nine native phones and a page",
    asks: "The same, with one page under test.",
    command: "mesh --phones 10 --probes 10 --hz 4 --bytes 40 --browsers one --seconds 20",
  },
  {
    name: "mesh-50-windows",
    title: "Fifty phones: which window two cores can bear",
    asks: "The smallest window at which the run can still be trusted.",
    command:
      "mesh --phones 50 --probes 4 --hz 4 --modes earl-mesh@1000,earl-mesh@500,earl-mesh@350,earl-mesh@250 --seconds 15 --slice 15",
    isWindowSweep: true,
  },
  {
    name: "mesh-50",
    title: "Fifty phones for ten minutes",
    asks: "Whether everything arrives, how late gestures are, and whether memory stays flat.",
    command: "mesh --phones 50 --probes 4 --hz 4 --modes earl-mesh@500 --seconds 600 --slice 60",
  },
  {
    name: "windows",
    title: "Where the window comes from",
    asks: "Packets, bursts, bytes and delay over the window; each probe begins at a random moment.",
    command: `mesh --phones 4 --probes 4 --hz 4 --gestures 0 --browsers all --modes ${sweep} --seconds 12 --slice 12 --phase random`,
    isWindowSweep: true,
  },
  {
    name: "windows-aligned",
    title: "The same, aligned",
    asks: "All probes of all phones begin at the same moment, so that all windows end together.",
    command: `mesh --phones 4 --probes 4 --hz 4 --gestures 0 --browsers all --modes ${sweep} --seconds 12 --slice 12 --phase aligned`,
    isWindowSweep: true,
  },
  {
    name: "saving",
    title: "What saving saves",
    asks: "The windows that the shift governor chooses between, side by side, at one page among nine native phones.",
    command:
      "mesh --phones 10 --probes 4 --hz 4 --gestures 12 --modes earl-mesh@180,earl-mesh@500,earl-mesh@1000 --seconds 20",
    isWindowSweep: true,
  },
  {
    name: "join",
    title: "Newcomers",
    asks: "How five newcomers change the delay of the ten phones that are already there; the thesis saw outliers of 4 s.",
    command: "join --phones 10 --modes per-message,earl-mesh --seconds 10",
  },
  {
    name: "soak",
    title: "An hour",
    asks: "Ten phones for an hour.",
    command: "soak --phones 10 --probes 4 --seconds 3600",
  },
];
