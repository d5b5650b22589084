import java.time.Duration;
import us.abstracta.jmeter.javadsl.core.DslTestPlan;
import us.abstracta.jmeter.javadsl.core.TestPlanStats;
import us.abstracta.jmeter.javadsl.core.engines.EmbeddedJmeterEngine;
import us.abstracta.jmeter.javadsl.core.stats.StatsSummary;

/** Runs a plan of JMeter: {@code Run.java PLAN NAME=VALUE...}, and writes a table of what it measured. */
public class Run {
    public static void main(String[] arguments) throws Exception {
        EmbeddedJmeterEngine engine = new EmbeddedJmeterEngine();
        for (int i = 1; i < arguments.length; i++) {
            String[] property = arguments[i].split("=", 2);
            engine.prop(property[0], property[1]);
        }
        TestPlanStats measured = DslTestPlan.fromJmx(arguments[0]).runIn(engine);
        System.out.println("| request | number | errors | mean, ms | p50, ms | p95, ms | p99, ms |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- |");
        for (String label : measured.labels()) {
            line(label, measured.byLabel(label));
        }
        StatsSummary all = measured.overall();
        line("all", all);
        Duration took = measured.duration();
        System.out.printf("%n%,d requests with %d errors in %d s.%n", all.samplesCount(), all.errorsCount(), took.toSeconds());
        System.exit(all.errorsCount() == 0 ? 0 : 1);
    }

    private static void line(String label, StatsSummary stats) {
        System.out.printf("| %s | %,d | %d | %d | %d | %d | %d |%n", label.replace('|', ' '), stats.samplesCount(), stats.errorsCount(),
            stats.sampleTime().mean().toMillis(), stats.sampleTime().median().toMillis(),
            stats.sampleTime().perc95().toMillis(), stats.sampleTime().perc99().toMillis());
    }
}
