// How long the bands last, mine and those of the others: a row each, those that end first on top, and last of all those
// that nobody wears.
import type { BandForecast } from "../../gateway/power/battery-figures.ts";
import { emptyInMs } from "../../gateway/statistics/verdict.ts";
import { nameText } from "../ui/words.ts";
import { lastsWords, noFigure, timeLeftRangeText, timeLeftText } from "./panel-words.ts";

const byUrgency = (a: BandForecast, b: BandForecast): number =>
  Number(b.isConnected) - Number(a.isConnected) || emptyInMs(a.forecast) - emptyInMs(b.forecast);

const Row = ({ band }: { band: BandForecast }) => {
  const { name, wearer, isConnected, battery, forecast } = band;
  const range = timeLeftRangeText(forecast);
  return (
    <tr>
      <th scope="row">
        <bdi>{nameText(name)}</bdi>
        <span class="row-state">
          {wearer === undefined ? "mine" : <bdi>{nameText(wearer.name)}</bdi>}
          {!isConnected && ", not connected"}
        </span>
      </th>
      <td>{lastsWords(forecast)}</td>
      <td>
        {timeLeftText(forecast)}
        {range !== undefined && <span class="row-state">{range}</span>}
      </td>
      <td>{battery?.percent ?? noFigure}</td>
    </tr>
  );
};

export const BandTable = ({ bands }: { bands: readonly BandForecast[] }) => (
  <div class="panel-box bands">
    <h3>Batteries of the bands</h3>
    {bands.length === 0 ? (
      <p class="hint">No band here reports its battery.</p>
    ) : (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
      <section class="table-scroll" tabIndex={0} aria-label="Batteries by band">
        <table>
          <thead>
            <tr>
              <th scope="col">Band</th>
              <th scope="col">
                lasts<span class="unit">the shift</span>
              </th>
              <th scope="col">time left</th>
              <th scope="col">
                level<span class="unit">%</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {[...bands].sort(byUrgency).map((band) => (
              <Row key={band.id} band={band} />
            ))}
          </tbody>
        </table>
      </section>
    )}
  </div>
);
