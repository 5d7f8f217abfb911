package org.streamlitgateway.doctor.check;

import java.time.Duration;
import java.util.List;
import org.streamlitgateway.doctor.report.Examined.Place;

/**
 * Which checks to run at an address.
 *
 * @param place place of the address; at a replica, only what concerns Streamlit itself is checked
 * @param app path of the app in the configuration; empty without a configuration
 * @param quick whether to leave out what takes long or stalls Streamlit
 * @param idle how long an idle socket is watched; zero for not at all
 * @param channels names of shared channels of the app, as far as they are known
 */
public record Plan(Place place, String app, boolean quick, Duration idle, List<String> channels) {}
